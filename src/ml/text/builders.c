/* src/ml/text/builders.c - the steps of a vectorizer as functions: decoding, preparing, tokens, terms. */
#include "document.h"

#include "../estimator_parts.h"

/* ---- parameters of methods: x may list open files ------------------------------------------------- */

#define DOCUMENTS_PARAM                                                                            \
    {.name = "x", .alias = "raw_documents", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_FOREIGN,    \
     .doc = "a list of documents: texts, bytes, paths or open files, see input"}
const kl_param kl_text_xy[3] = {
    DOCUMENTS_PARAM,
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "not used"},
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "called with (done, total, name of the estimator) between documents. What it raises ends the fit"},
};
const kl_param kl_text_x[1] = {DOCUMENTS_PARAM};
const kl_param kl_text_doc[1] = {
    {.name = "doc", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "a text, bytes, a path or an open file"}};

/* ---- functions ------------------------------------------------------------------------------------ */

typedef kl_status build_step(kl_value *out, kl_analyzer *analyzer, kl_value given, kl_error *error);

/* What a function keeps: the parameters as they were, and what it does. */
typedef struct built {
    kl_estimator *params;
    build_step *step;
} built;

static kl_status push_term(void *list, kl_text term, kl_error *error) { return kl_array_push_text(list, term, error); }

static kl_status terms_of(kl_value *out, kl_analyzer *analyzer, kl_value document, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 16, error));
    kl_status status = kl_analyzer_run(analyzer, document, push_term, &list, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* An analyzer is no two threads', so each call has one. */
static kl_status call_built(kl_value *out, kl_callable *self, const kl_value *args, size_t count, kl_error *error)
{
    const built *of = self->data;
    kl_analyzer *analyzer;
    if (count != 1)
        return kl_error_set(error, KL_TYPE, "expected one document, got %zu arguments", count);
    KL_TRY(kl_analyzer_new(&analyzer, (const kl_text_params *)of->params, error));
    kl_status status = of->step(out, analyzer, args[0], error);
    kl_analyzer_free(analyzer);
    return status;
}

static void end_built(kl_callable *self)
{
    built *of = self->data;
    kl_object_release(&of->params->object);
    kl_free(of);
}

static kl_status build(kl_value *out, const kl_object *self, build_step *step, kl_error *error)
{
    kl_analyzer *analyzer;
    KL_TRY(kl_analyzer_new(&analyzer, (const kl_text_params *)self, error)); /* what cannot be meant is told at once */
    kl_analyzer_free(analyzer);
    built *of = kl_alloc(sizeof *of);
    if (!of)
        return kl_error_no_memory(error);
    of->step = step;
    kl_status status = kl_estimator_begin(&of->params, (const kl_estimator *)self, error);
    if (status != KL_OK) {
        kl_free(of);
        return status;
    }
    status = kl_callable_new(out, call_built, end_built, of, error);
    if (status != KL_OK) {
        kl_object_release(&of->params->object);
        kl_free(of);
    }
    return status;
}

/* ---- the methods ---------------------------------------------------------------------------------- */

#define METHOD(name) kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)

METHOD(kl_text_build_analyzer)
{
    (void)args;
    return build(out, self, terms_of, error);
}

/* A function of the user is given back as it is. */
static kl_status build_or_given(kl_value *out, const kl_object *self, kl_value given, build_step *step, kl_error *error)
{
    if (kl_is_null(given))
        return build(out, self, step, error);
    *out = kl_value_retain(given);
    return KL_OK;
}

METHOD(kl_text_build_preprocessor)
{
    (void)args;
    return build_or_given(out, self, ((const kl_text_params *)self)->preprocessor, kl_analyzer_prepare, error);
}

METHOD(kl_text_build_tokenizer)
{
    (void)args;
    return build_or_given(out, self, ((const kl_text_params *)self)->tokenizer, kl_analyzer_tokens, error);
}

METHOD(kl_text_decode)
{
    const kl_text_params *params = (const kl_text_params *)self;
    KL_TRY(kl_document_check(params, error));
    return kl_document_text(out, params, args[0], 0, error);
}

METHOD(kl_text_stop_words)
{
    const kl_text_params *params = (const kl_text_params *)self;
    (void)args;
    if (kl_word_is(params->stop_words, "english"))
        return kl_stop_words_english(out, error);
    *out = kl_value_retain(params->stop_words);
    return KL_OK;
}
