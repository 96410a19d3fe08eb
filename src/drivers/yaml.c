/* src/drivers/yaml.c - the yaml driver: libyaml's parser and emitter behind yaml.h. */
#include "driver.h"
#include "yaml.h"

#include <yaml.h>

/* ---- reading --------------------------------------------------------------------------------- */

/* Byte of character `index`; libyaml counts characters, without a byte order mark. */
static size_t byte_of(kl_text text, size_t index)
{
    size_t at = 0;
    for (; at < text.len; at++)
        if (((unsigned char)text.data[at] & 0xC0) != 0x80 && index-- == 0)
            break;
    return at;
}

static kl_status explain(const yaml_parser_t *parser, kl_text text, kl_error *error)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return kl_error_no_memory(error);
    const char *problem = parser->problem ? parser->problem : "malformed text";
    kl_error_set(error, KL_SYNTAX, "%s", problem);
    if (!error)
        return KL_SYNTAX;
    if (parser->error == YAML_READER_ERROR) { /* has a byte only */
        size_t at = KL_MIN(parser->problem_offset, text.len);
        return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + at, "%s", problem);
    }
    error->line = (uint32_t)parser->problem_mark.line + 1;
    error->column = (uint32_t)parser->problem_mark.column + 1;
    error->position = byte_of(text, parser->problem_mark.index);
    return KL_SYNTAX;
}

static kl_text text_of(const yaml_char_t *string)
{
    return kl_text_from((const char *)string);
}

/* False for the events that only frame the document. */
static bool translate(kl_yaml_event *to, const yaml_event_t *from)
{
    *to = (kl_yaml_event){.line = (uint32_t)from->start_mark.line + 1,
                          .column = (uint32_t)from->start_mark.column + 1,
                          .position = from->start_mark.index};
    switch (from->type) {
    case YAML_SCALAR_EVENT:
        to->kind = KL_YAML_SCALAR;
        to->text = (kl_text){(const char *)from->data.scalar.value, from->data.scalar.length};
        to->anchor = text_of(from->data.scalar.anchor);
        to->tag = text_of(from->data.scalar.tag);
        to->style = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? KL_YAML_PLAIN
                                                                       : KL_YAML_QUOTED;
        return true;
    case YAML_ALIAS_EVENT:
        to->kind = KL_YAML_ALIAS;
        to->text = text_of(from->data.alias.anchor);
        return true;
    case YAML_SEQUENCE_START_EVENT:
        to->kind = KL_YAML_LIST;
        to->anchor = text_of(from->data.sequence_start.anchor);
        to->tag = text_of(from->data.sequence_start.tag);
        return true;
    case YAML_MAPPING_START_EVENT:
        to->kind = KL_YAML_MAP;
        to->anchor = text_of(from->data.mapping_start.anchor);
        to->tag = text_of(from->data.mapping_start.tag);
        return true;
    case YAML_SEQUENCE_END_EVENT:
        to->kind = KL_YAML_LIST_END;
        return true;
    case YAML_MAPPING_END_EVENT:
        to->kind = KL_YAML_MAP_END;
        return true;
    default:
        return false;
    }
}

static kl_status second_document(const yaml_event_t *event, kl_text text, kl_error *error)
{
    kl_error_set(error, KL_SYNTAX, "there is more than one document");
    if (error) {
        error->line = (uint32_t)event->start_mark.line + 1;
        error->column = (uint32_t)event->start_mark.column + 1;
        error->position = byte_of(text, event->start_mark.index);
    }
    return KL_SYNTAX;
}

/* The handler's errors count characters, as its events do. */
static kl_status give(kl_yaml_handler *handler, void *data, const kl_yaml_event *event,
                      kl_text text, kl_error *error)
{
    kl_status status = handler(data, event, error);
    if (status == KL_SYNTAX && error)
        error->position = byte_of(text, error->position);
    return status;
}

static kl_status read_text(kl_text text, kl_yaml_handler *handler, void *data, kl_error *error)
{
    yaml_parser_t parser;
    kl_status status = KL_OK;
    int documents = 0;
    bool done = false;
    if (!yaml_parser_initialize(&parser))
        return kl_error_no_memory(error);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    while (status == KL_OK && !done) {
        yaml_event_t event;
        kl_yaml_event ours;
        if (!yaml_parser_parse(&parser, &event)) {
            status = explain(&parser, text, error);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && documents++)
            status = second_document(&event, text, error);
        else if (translate(&ours, &event))
            status = give(handler, data, &ours, text, error);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

struct kl_yaml_writer {
    yaml_emitter_t emitter;
    kl_buffer *to;
};

static int append(void *data, unsigned char *bytes, size_t size)
{
    kl_buffer *to = data;
    kl_buffer_add(to, (kl_text){(const char *)bytes, size});
    return to->status == KL_OK;
}

static kl_status emit(kl_yaml_writer *writer, int made, yaml_event_t *event, kl_error *error)
{
    if (!made)
        return kl_error_no_memory(error);
    if (yaml_emitter_emit(&writer->emitter, event)) /* ends the event, also on failure */
        return KL_OK;
    if (writer->to->status != KL_OK || writer->emitter.error == YAML_MEMORY_ERROR)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_INVALID, "%s",
                        writer->emitter.problem ? writer->emitter.problem : "cannot be written");
}

static kl_status start_document(kl_yaml_writer *writer, kl_error *error)
{
    yaml_event_t event;
    KL_TRY(emit(writer, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event,
                error));
    return emit(writer, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event,
                error);
}

static kl_status end_writer(kl_yaml_writer *writer, bool complete, kl_error *error)
{
    yaml_event_t event;
    kl_status status = KL_OK;
    if (complete)
        status = emit(writer, yaml_document_end_event_initialize(&event, 1), &event, error);
    if (complete && status == KL_OK)
        status = emit(writer, yaml_stream_end_event_initialize(&event), &event, error);
    yaml_emitter_delete(&writer->emitter);
    kl_free(writer);
    return status;
}

static kl_status begin_writer(kl_yaml_writer **out, kl_buffer *to, int indent, kl_error *error)
{
    kl_yaml_writer *writer = kl_alloc_zero(1, sizeof *writer);
    if (!writer || !yaml_emitter_initialize(&writer->emitter)) {
        kl_free(writer);
        return kl_error_no_memory(error);
    }
    writer->to = to;
    yaml_emitter_set_output(&writer->emitter, append, to);
    yaml_emitter_set_indent(&writer->emitter, indent);
    yaml_emitter_set_width(&writer->emitter, -1); /* folded lines would not read back the same */
    yaml_emitter_set_unicode(&writer->emitter, 1);
    kl_status status = start_document(writer, error);
    if (status != KL_OK) {
        end_writer(writer, false, NULL);
        return status;
    }
    *out = writer;
    return KL_OK;
}

static int make_scalar(yaml_event_t *event, const kl_yaml_event *from)
{
    static const yaml_scalar_style_t styles[] = {
        [KL_YAML_PLAIN] = YAML_ANY_SCALAR_STYLE,
        [KL_YAML_QUOTED] = YAML_DOUBLE_QUOTED_SCALAR_STYLE,
        [KL_YAML_BLOCK] = YAML_LITERAL_SCALAR_STYLE,
    };
    const char *tag = from->tag.len ? from->tag.data : NULL;
    return yaml_scalar_event_initialize(event, NULL, (const yaml_char_t *)tag,
                                        (const yaml_char_t *)from->text.data, (int)from->text.len,
                                        !tag, !tag, styles[from->style]);
}

static kl_status put_event(kl_yaml_writer *writer, const kl_yaml_event *from, kl_error *error)
{
    yaml_event_t event;
    int made = 0;
    if (from->text.len > INT32_MAX)
        return kl_error_set(error, KL_INVALID, "a text of %zu bytes is too long for YAML",
                            from->text.len);
    switch (from->kind) {
    case KL_YAML_SCALAR:
        made = make_scalar(&event, from);
        break;
    case KL_YAML_LIST:
        made = yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE);
        break;
    case KL_YAML_MAP:
        made = yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE);
        break;
    case KL_YAML_LIST_END:
        made = yaml_sequence_end_event_initialize(&event);
        break;
    case KL_YAML_MAP_END:
        made = yaml_mapping_end_event_initialize(&event);
        break;
    case KL_YAML_ALIAS:
        made = yaml_alias_event_initialize(&event, (const yaml_char_t *)from->text.data);
        break;
    }
    return emit(writer, made, &event, error);
}

static const kl_yaml_functions functions = {read_text, begin_writer, put_event, end_writer};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "yaml", .functions = &functions,
};
