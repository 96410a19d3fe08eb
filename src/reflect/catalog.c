/* src/reflect/catalog.c - all types and functions that tables publish, in one order. */
#include "kailash/type.h"

#include <pthread.h>
#include <stdlib.h>

/* Where KL_PUBLISH() and KL_PUBLISH_FUNCTION() put them. The linker names both ends of a section
 * that exists, so they are weak: without a single function both are NULL. */
#define SECTION_END __attribute__((weak, visibility("hidden")))
extern const kl_type *__start_kl_types[] SECTION_END, *__stop_kl_types[] SECTION_END;
extern const kl_function *__start_kl_functions[] SECTION_END, *__stop_kl_functions[] SECTION_END;

size_t kl_type_count(void) { return (size_t)(__stop_kl_types - __start_kl_types); }

size_t kl_function_count(void) { return (size_t)(__stop_kl_functions - __start_kl_functions); }

/* ---- order ----------------------------------------------------------------------------------- */

static int by_module_and_name(const char *module_a, const char *name_a, const char *module_b,
                              const char *name_b)
{
    int order = strcmp(module_a, module_b);
    return order ? order : strcmp(name_a, name_b);
}

static int compare_types(const void *a, const void *b)
{
    const kl_type *x = *(const kl_type *const *)a, *y = *(const kl_type *const *)b;
    return by_module_and_name(x->module, x->name, y->module, y->name);
}

static int compare_functions(const void *a, const void *b)
{
    const kl_function *x = *(const kl_function *const *)a, *y = *(const kl_function *const *)b;
    return by_module_and_name(x->module, x->method.name, y->module, y->method.name);
}

/* The sections are sorted in place: that needs no memory, so no look-up can ever fail for it. */
static void sort_sections(void)
{
    if (kl_type_count())
        qsort(__start_kl_types, kl_type_count(), sizeof *__start_kl_types, compare_types);
    if (kl_function_count())
        qsort(__start_kl_functions, kl_function_count(), sizeof *__start_kl_functions,
              compare_functions);
}

static void sort_once(void)
{
    static pthread_once_t sorted = PTHREAD_ONCE_INIT;
    pthread_once(&sorted, sort_sections);
}

const kl_type *kl_type_at(size_t index)
{
    sort_once();
    return index < kl_type_count() ? __start_kl_types[index] : NULL;
}

const kl_function *kl_function_at(size_t index)
{
    sort_once();
    return index < kl_function_count() ? __start_kl_functions[index] : NULL;
}

/* ---- finding --------------------------------------------------------------------------------- */

static const kl_type *find_in_module(kl_text name, const char *module)
{
    size_t low = 0, high = kl_type_count();
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const kl_type *type = __start_kl_types[middle];
        int order = strcmp(module, type->module);
        if (order == 0)
            order = kl_text_compare(name, kl_text_from(type->name));
        if (order == 0)
            return type;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const kl_type *kl_type_find(kl_text name, const char *module)
{
    sort_once();
    if (module)
        return find_in_module(name, module);
    for (size_t i = 0, count = kl_type_count(); i < count; i++)
        if (kl_text_is(name, __start_kl_types[i]->name))
            return __start_kl_types[i];
    return NULL;
}
