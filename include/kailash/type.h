/* kailash/type.h - types as tables: a public type is described once, here is the description.
 *
 * From these tables come the Python classes, repr, equality, hashing, JSON forms, argument checks
 * and their messages, stubs, the API reference and `kailash describe`.
 */
#ifndef KAILASH_TYPE_H
#define KAILASH_TYPE_H

#include "kailash/object.h"

KL_BEGIN_DECLS

/** Table and its length, for the pairs of members below: `.fields = KL_TABLE(my_fields)`. */
#define KL_TABLE(table) (table), (sizeof(table) / sizeof(*(table)))

/** Inclusive bounds of a number; of the length, for text and arrays. */
typedef struct kl_range {
    double min, max;
} kl_range;
#define KL_RANGE(low, high) (&(const kl_range){(low), (high)})

/** What may be said of a parameter beside its kind. */
typedef enum kl_param_flags {
    KL_OPTIONAL = 1,     /* null is allowed; without a fallback null is the default */
    KL_KEYWORD_ONLY = 2, /* Python: not accepted by position */
    KL_SECRET = 4,       /* redacted in repr and logs */
    KL_SETTABLE = 8,     /* a field that may be assigned later */
    KL_MANY = 16,        /* a node port that gathers all its edges into a list */
    KL_HIDDEN = 32,      /* a field that is no constructor parameter and no property */
    KL_READ_ONLY = 64,   /* a field that is a property but no constructor parameter */
    KL_DEPRECATED = 128, /* using it warns; the doc says what to use instead */
    KL_WRITABLE = 256,   /* a buffer that is written to: read-only memory is refused */
    KL_TUPLE = 512,      /* Python: a tuple, or an array of numpy's, may stand for the array */
    KL_DECIMALS = 1024,  /* decimals of the face come as objects of kl_decimal_type */
    KL_VALUE_ERROR = 2048, /* a value of another kind is KL_INVALID instead of KL_TYPE */
    KL_WIDE = 4096, /* integers to 2^64 - 1: those beyond int64 come as objects of kl_wide_type */
    KL_OCTETS = 8192, /* Python: bytes may come as any sequence of integers from 0 to 255 */
    KL_OBJECTS = 16384, /* any value, or an item of an array: may be an object of the library, too */
    KL_SCALARS = 32768, /* Python: decimals as text, sets as sorted arrays, enum
                           members as values, integers without bounds as kl_decimal */
    KL_DATA = 65536,     /* any value, and data of the face without a copy: see kailash/data.h */
    KL_FOREIGN = 131072, /* any value, in whose containers may be objects of the library and of the face:
                            the latter come as objects of kl_foreign_type, and go back as themselves. Tuples are
                            arrays; a dict with keys that are no texts is an array of pairs */
    KL_REST = 262144,    /* the last parameter: Python gathers all other keyword arguments in this map, whose
                            values are taken as those of a KL_FOREIGN */
    KL_LEARNED = 524288, /* a field that lies in the object that kl_type.holder gives; null there = there is
                            no such attribute yet */
    KL_UNREAD = 1048576, /* Python: of a list counts only that it is one; an empty array stands for it */
} kl_param_flags;

/** One parameter, field, node input or node setting: name, kind, default, limits, doc. */
typedef struct kl_param {
    const char *name;
    kl_kind kind;
    const char *fallback;      /* default as JSON text; NULL = required, unless KL_OPTIONAL */
    uint32_t flags;
    kl_kind item;              /* kind of the items of an array or values of a map; 0 = any */
    const kl_type *type;       /* of a KL_KIND_OBJECT, of the objects in the arrays of an array; the enum whose
                                  words a KL_KIND_ENUM takes */
    const char *const *names;  /* legal words of a KL_KIND_ENUM without a type, ended by NULL */
    const kl_range *range;     /* bounds, or NULL */
    const char *doc;
    size_t offset;             /* of a field: where it lies in the struct */
    const char *alias;         /* another name for it: as a keyword, and of a field as an attribute */
} kl_param;

/** A field of a record, whose `offset` counts. */
typedef kl_param kl_field;

/* Fields. _Generic refuses a member of another C type, so table and struct cannot disagree. */
#define KL_FIELD_AT(owner, member, ctype)                                                          \
    .name = #member,                                                                               \
    .offset = _Generic(((owner *)0)->member, ctype: offsetof(owner, member))
#define KL_BOOL(owner, member, initial, ...)                                                       \
    {.kind = KL_KIND_BOOL, .fallback = #initial, KL_FIELD_AT(owner, member, bool), __VA_ARGS__}
#define KL_INT(owner, member, initial, ...)                                                        \
    {.kind = KL_KIND_INT, .fallback = #initial, KL_FIELD_AT(owner, member, int64_t), __VA_ARGS__}
/* As KL_INT, refusing negative numbers with OverflowError. */
#define KL_COUNT_FIELD(owner, member, initial, ...)                                                \
    {.kind = KL_KIND_COUNT, .fallback = #initial, KL_FIELD_AT(owner, member, int64_t), __VA_ARGS__}
#define KL_DOUBLE(owner, member, initial, ...)                                                     \
    {.kind = KL_KIND_DOUBLE, .fallback = #initial, KL_FIELD_AT(owner, member, double), __VA_ARGS__}
/* One of `.names` or of the items of `.type`; kept as the word itself. */
#define KL_ENUM(owner, member, initial, ...)                                                       \
    {.kind = KL_KIND_ENUM, .fallback = "\"" initial "\"", KL_FIELD_AT(owner, member, kl_value),     \
     __VA_ARGS__}
/* Any other kind; give .kind, and .fallback or .flags = KL_OPTIONAL. */
#define KL_VALUE(owner, member, ...) {KL_FIELD_AT(owner, member, kl_value), __VA_ARGS__}

/**
 * What every method has for a signature. `args` stand in the order of the table, were checked
 * against it and have their defaults; borrowed. `*out` is given, and null when nothing is
 * returned. `self` is NULL for static methods and functions.
 */
typedef kl_status kl_call(kl_value *out, kl_object *self, const kl_value *args, kl_error *error);

/** What may be said of a method. */
typedef enum kl_method_flags {
    KL_STATIC = 1,    /* no self */
    KL_BLOCKING = 2,  /* may wait: faces release their lock around it */
    KL_PROPERTY = 4,  /* read as an attribute; no parameters */
    KL_AWAITABLE = 8, /* returns a kl_future, which Python sees as an awaitable */
    KL_ARRAYS = 16,   /* arrays of numbers, also those within what is returned, are numpy's in Python, and so is
                         an array of values that is returned as a KL_KIND_BUFFER: labels that are texts. With
                         KL_TYPE_ARRAYS this holds for all methods and fields of a type */
} kl_method_flags;

/** A method, or a property. */
typedef struct kl_method {
    const char *name;  /* a name like "__len__" gives the type that behaviour */
    kl_call *call;
    const kl_param *params;
    size_t param_count;
    kl_kind returns;   /* KL_KIND_NONE for nothing */
    kl_kind item;      /* of the items of what is returned; KL_KIND_TUPLE of a map: of those of its lists */
    const kl_type *returns_type;
    uint32_t flags;
    const char *raises; /* exception names, for the docs: "ValueError, RuntimeError" */
    const char *doc;
    kl_call *set;       /* of a KL_PROPERTY that may be assigned: args[0] is the value, whose
                         * kind is that of the one parameter; reading it has none */
    bool returns_optional; /* may also return None */
    const char *deprecated; /* what Python warns of when it is called, read or set, or NULL */
    const struct kl_item *gives; /* instead of .call: the item of .returns_type that is returned */
} kl_method;

/** What may be said of a type. */
typedef enum kl_type_flags {
    KL_TYPE_RECORD = 1,     /* immutable data: == by value, hashable, copyable, to_dict ... */
    KL_TYPE_MUTABLE = 2,    /* a record with settable fields: == by value, not hashable */
    KL_TYPE_EXCEPTION = 4,  /* a Python exception class; .base_name says below which */
    KL_TYPE_BASE = 8,       /* Python may subclass it */
    KL_TYPE_NO_INIT = 16,   /* cannot be constructed: calling it is a TypeError */
    KL_TYPE_ORDERED = 32,   /* < works, by .compare or the order of the fields */
    KL_TYPE_HAS_JSON = 64,  /* a record with to_dict, from_dict, to_json, from_json */
    KL_TYPE_ENUM = 128,     /* one object per item of .items; no struct, no .size, no constructor */
    KL_TYPE_NUMBERED = 256, /* an enum whose items equal their position instead of their word */
    KL_TYPE_AT_ROOT = 512,  /* the package `kailash` has it too, beside its home module */
    KL_TYPE_FIELDS = 1024,  /* made from its fields as a record is, all of them settable, but equal to itself
                               alone */
    KL_TYPE_ARRAYS = 2048,  /* see KL_ARRAYS */
} kl_type_flags;

/** An item of an enum: the class attribute `name` is the object whose text is `word`. */
typedef struct kl_item {
    const char *name;
    const char *word;
    const char *doc;
} kl_item;

/** What an enum is made of: an object that is nothing but its item. */
typedef struct kl_item_object {
    kl_object object;
    const kl_item *item; /* lies in the items of its type: the difference is its position */
} kl_item_object;

/** A class attribute: plain data, or what a static method of the type without parameters gives. */
typedef struct kl_constant {
    const char *name;
    const char *value; /* JSON text, or "@" and the name of the method */
    const char *doc;
} kl_constant;

/** What kl_type.traverse() calls for every value that an object holds. */
typedef void kl_visit(kl_value value, void *data);

/** Longest table of parameters. */
#define KL_PARAMS_MAX 64
/** Levels of records within records that are compared, converted and read. */
#define KL_RECORD_DEPTH_MAX 256

/** A public type: static and never changed. `name`, `module`, `doc` and `size` must be there. */
struct kl_type {
    const char *name;
    const char *module;      /* home module: "kailash", "kailash.events" */
    const char *doc;
    size_t size;             /* of the struct, which begins with a kl_object */
    uint32_t flags;
    const kl_type *base;     /* its struct begins with that of the base; see .fields */
    const char *base_name;   /* of an exception: Python classes or exceptions here, "A, B" */
    /* All fields, those of the base (if it has any) first. An exception has no struct: its fields
     * are attributes, whose values come from the details of the kl_error by name. */
    const kl_field *fields;
    size_t field_count;
    const kl_method *methods;
    size_t method_count;
    /* Constructor: parameters and function. Without `init`, records are made from their fields. */
    const kl_param *params;
    size_t param_count;
    /* Fill a zeroed object; on failure dispose() cleans up what is there. */
    kl_status (*init)(kl_object *self, const kl_value *args, kl_error *error);
    /* After the fields of a record were set: check them together, normalise them. */
    kl_status (*check)(kl_object *self, kl_error *error);
    /* End what the object holds beyond its fields. */
    void (*dispose)(kl_object *self);
    /* One line of text; NULL = that of the base, or Name(field=value, ...) from the fields. */
    kl_status (*repr)(kl_value *out, kl_object *self, kl_error *error);
    kl_status (*compare)(int *out, kl_object *a, kl_object *b, kl_error *error);
    const char *repr_fields; /* blank-separated names of the fields that repr shows; NULL = all */
    const struct kl_json_style *json; /* of to_json; NULL = kl_json_record */
    const kl_item *items;    /* of an enum, which is ordered (KL_TYPE_ORDERED) by position */
    size_t item_count;
    const char *const *item_methods; /* names of static methods that give the items, by position, or NULL */
    const kl_constant *constants;
    size_t constant_count;
    /*
     * For objects that hold callables: without these, a callable that leads back to its object
     * keeps both alive for ever. `traverse` visits what is held (each reference once), the fields
     * of the table aside; `clear` lets it go, leaving an object that is still sound. Both are
     * called when nobody else uses the object, and must take no lock that is held around a
     * callback.
     */
    void (*traverse)(kl_object *self, kl_visit *visit, void *data);
    void (*clear)(kl_object *self);
    /* The object (given) of the same type that has the fields marked KL_LEARNED. Inherited from the base. */
    kl_status (*holder)(kl_object **out, const kl_object *self, kl_error *error);
    /* Whether an object cannot, as it is now, do what a method of its table does: the face then has no such
     * attribute. NULL = never. Inherited from the base. */
    bool (*lacks)(const kl_object *self, const kl_method *method);
    const void *extension;   /* a table of the room that the type belongs to, which alone reads it */
};

/** Make a type known to all faces; one line behind its table. The catalog sorts the section these
 *  pointers stand in, so they are not const themselves. */
#define KL_PUBLISH(type)                                                                           \
    static const kl_type *kl_published_##type __attribute__((used, section("kl_types"))) = &(type)

/** A function of a module. */
typedef struct kl_function {
    const char *module;
    kl_method method; /* .call gets self = NULL */
} kl_function;

/** Make a function known to all faces; one line behind it. */
#define KL_PUBLISH_FUNCTION(function)                                                              \
    static const kl_function *kl_published_##function                                              \
        __attribute__((used, section("kl_functions"))) = &(function)

/* ---- enums ------------------------------------------------------------------------------------ */

/** The object of a word. Given. KL_INVALID lists the words. */
KL_API kl_status kl_item_of(kl_value *out, const kl_type *type, kl_text word, kl_error *error);
/** The object at a position (0 is the first); likewise. */
KL_API kl_status kl_item_at(kl_value *out, const kl_type *type, size_t position, kl_error *error);
/** The static method that gives an item; false when its type has none. */
KL_API bool kl_item_method(kl_method *out, const kl_type *type, size_t position);
/** The item that an object of an enum stands for; NULL when it is none. */
KL_API const kl_item *kl_item_in(kl_value value);

/* ---- objects by table ------------------------------------------------------------------------ */

/** A zeroed object of `type` with one owner, its fields null; given. */
KL_API kl_status kl_object_alloc(kl_object **out, const kl_type *type, kl_error *error);
/** An object made by the constructor of `type`; `args` in table order, already checked; given. */
KL_API kl_status kl_object_make(kl_value *out, const kl_type *type, const kl_value *args,
                                kl_error *error);
/**
 * The same from a map of arguments by name (may be null), checked here. Maps stand for records
 * where the table names a type, also within arrays and maps. A record takes its read-only fields
 * back too, so that kl_object_to_map() can be undone. KL_INVALID names what is missing, and for
 * an unknown key lists the known ones.
 */
KL_API kl_status kl_object_from_map(kl_value *out, const kl_type *type, kl_value map,
                                    kl_error *error);
/** A record of its own with the same fields; `object` null = the defaults. Given. */
KL_API kl_status kl_object_copy(kl_value *out, const kl_type *type, kl_value object,
                                kl_error *error);
/** The fields of a record as a map, records within it as maps too; given. */
KL_API kl_status kl_object_to_map(kl_value *out, kl_object *object, kl_error *error);
/** A record as JSON text in the style of its type; given. */
KL_API kl_status kl_object_to_json(kl_value *out, kl_object *object, kl_error *error);
/** The record that such a text describes; given. Text stands for bytes in base64. */
KL_API kl_status kl_object_from_json(kl_value *out, const kl_type *type, kl_text json,
                                     kl_error *error);
/** One line of text such as `RetryPolicy(max_retries=3, backoff=exponential)`; given. */
KL_API kl_status kl_object_repr(kl_value *out, kl_object *object, kl_error *error);
/** Value of a field; given. */
KL_API kl_status kl_field_get(kl_value *out, const kl_object *object, const kl_field *field,
                              kl_error *error);
/** Check and set a field that is KL_SETTABLE (KL_ATTRIBUTE for others); `value` is borrowed. When
 *  the type's check refuses the whole, the field is as before. */
KL_API kl_status kl_field_set(kl_object *object, const kl_field *field, kl_value value,
                              kl_error *error);
/** Whether a parameter has this name or alias. */
KL_API bool kl_param_has_name(const kl_param *param, kl_text name);
/** The parameters of the constructor: .params, or the fields of a record. */
KL_API const kl_param *kl_type_params(size_t *count, const kl_type *type);
/** Call a method or read a property by name; `args` are checked here. Given. */
KL_API kl_status kl_object_call(kl_value *out, kl_object *self, kl_text name, const kl_value *args,
                                size_t count, kl_error *error);
/** Call a KL_STATIC method of a type by name; likewise. */
KL_API kl_status kl_type_call(kl_value *out, const kl_type *type, kl_text name,
                              const kl_value *args, size_t count, kl_error *error);
/** Call a published function by name; `module` NULL = whichever. Likewise. */
KL_API kl_status kl_function_call(kl_value *out, kl_text name, const char *module,
                                  const kl_value *args, size_t count, kl_error *error);
/** Visit what an object holds: its fields, then what its type's traverse() visits. */
KL_API void kl_object_traverse(kl_object *object, kl_visit *visit, void *data);
/** Let go what may lead back to an object: the fields that hold callables or any value, and what
 *  its type's clear() lets go. */
KL_API void kl_object_clear(kl_object *object);
/** Method or property of a type or its bases by name; NULL when there is none. */
KL_API const kl_method *kl_type_method(const kl_type *type, kl_text name);
/** Whether an object has a method of its type now; see kl_type.lacks. */
KL_API bool kl_object_has(const kl_object *object, const kl_method *method);
/** Field of a type by name; NULL when there is none, or it is hidden. */
KL_API const kl_field *kl_type_field(const kl_type *type, kl_text name);
/** Whether any field of a type has a flag (kl_param_flags), such as KL_WIDE. */
KL_API bool kl_type_fields_have(const kl_type *type, uint32_t flag);
/** Whether `type` is `base` or descends from it. */
KL_API bool kl_type_is(const kl_type *type, const kl_type *base);

/** Default of a parameter; borrowed for the life of the process. Null when it has none. */
KL_API kl_value kl_param_default(const kl_param *param);
/** The same, telling a default that could not be made for want of memory from one that is null. */
KL_API kl_status kl_param_read_default(kl_value *out, const kl_param *param, kl_error *error);
/** Whether it has neither a default nor KL_OPTIONAL. */
KL_API bool kl_param_required(const kl_param *param);
/**
 * Check one argument. Errors are those of an API call: KL_TYPE, KL_OVERFLOW, KL_INVALID, with a
 * message that starts with the name of the parameter.
 */
KL_API kl_status kl_param_check(const kl_param *param, kl_value value, kl_error *error);
/**
 * Check an argument and bring it into the form in which functions get it: a bool given for a
 * number becomes an int, an int for a float a float, and an object given for a word of an enum the
 * text that its __str__ gives. `value` is borrowed, `*out` given.
 */
KL_API kl_status kl_param_convert(kl_value *out, const kl_param *param, kl_value value,
                                  kl_error *error);
/** What a parameter expects, in words: "non-negative integer", "one of: skip, evaluate_all". */
KL_API kl_status kl_param_expectation(kl_value *out, const kl_param *param, kl_error *error);
/** Whether `value` fits `param`, without a message. */
KL_API bool kl_param_fits(const kl_param *param, kl_value value);

/* ---- all types ------------------------------------------------------------------------------- */

/** By module, then name. */
KL_API size_t kl_type_count(void);
/** Number `index` of them; NULL when there is none. */
KL_API const kl_type *kl_type_at(size_t index);
/** By name; `module` NULL = whichever module. NULL when there is none. */
KL_API const kl_type *kl_type_find(kl_text name, const char *module);
/** The published functions, likewise. */
KL_API size_t kl_function_count(void);
/** Number `index` of them; NULL when there is none. */
KL_API const kl_function *kl_function_at(size_t index);
/**
 * Faults of the tables: two types of one name in a module, missing docs, defaults that their own
 * checks refuse. One line each; an empty array when all is well. The build fails on any.
 */
KL_API kl_status kl_types_lint(kl_value *out, kl_error *error);
/** Name, doc, fields, methods ... of a type as a map, for docs and `kailash describe`; given. */
KL_API kl_status kl_type_describe(kl_value *out, const kl_type *type, kl_error *error);
/** The same of a function; given. */
KL_API kl_status kl_function_describe(kl_value *out, const kl_function *function, kl_error *error);

/* ---- callables ------------------------------------------------------------------------------- */

/** Something that can be called: a C function, or a function of a face. Subclass by embedding. */
typedef struct kl_callable kl_callable;
struct kl_callable {
    kl_object object; /* of kl_callable_type */
    kl_status (*call)(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                      kl_error *error);
    void (*end)(kl_callable *self); /* before it is freed; may be NULL */
    bool wants_context; /* takes (inputs, context) as a node */
    void *data;
    /* The same with more arguments by name (a map, or null); NULL = it takes none. */
    kl_status (*call_named)(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_value named, kl_error *error);
};
/** The type of all callables. */
extern KL_API const kl_type kl_callable_type;

/** A callable of a C function; given. `end` frees `data`. */
KL_API kl_status kl_callable_new(kl_value *out,
                                 kl_status (*call)(kl_value *out, kl_callable *self,
                                                   const kl_value *args, size_t count,
                                                   kl_error *error),
                                 void (*end)(kl_callable *self), void *data, kl_error *error);
/** Call a value of KL_KIND_CALLABLE; `*out` given. */
KL_API kl_status kl_call_value(kl_value *out, kl_value callable, const kl_value *args, size_t count,
                               kl_error *error);
/** The same with more arguments by name: a map (borrowed), or null. KL_TYPE when it takes none. */
KL_API kl_status kl_call_named(kl_value *out, kl_value callable, const kl_value *args, size_t count,
                               kl_value named, kl_error *error);

KL_END_DECLS
#endif
