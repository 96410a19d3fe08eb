/* MongoServer.java PORT: a server of MongoDB's protocol on loopback, with its collections in memory. */
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

public class MongoServer {
    public static void main(String[] arguments) throws InterruptedException {
        var server = new de.bwaldvogel.mongo.MongoServer(new MemoryBackend());
        server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
        Thread.currentThread().join();
    }
}
