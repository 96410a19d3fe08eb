// Taskflow, the limit for bare graph scheduling: tasks without names, values or results.
#include <taskflow/taskflow.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

int main()
{
    tf::Executor executor(2);
    tf::Taskflow flow;
    std::atomic<int> counter{0};
    tf::Task before;
    for (int i = 0; i < 1000; i++) {
        tf::Task task = flow.emplace([&] { counter.fetch_add(1, std::memory_order_relaxed); });
        if (i)
            before.precede(task);
        before = task;
    }
    double smallest = 1e9;
    for (int i = 0; i < 2000; i++) {
        auto begin = std::chrono::steady_clock::now();
        executor.run(flow).wait();
        smallest = std::min(smallest,
                            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::printf("{\"chain of 1,000 NoOp nodes, µs a node\": %.4f}\n", smallest * 1e3);
}
