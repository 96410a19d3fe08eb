/* src/drivers/pdf.c - the pdf driver: pdfium behind pdf.h.
 *
 * libpdfium.so lies beside this module or is the system's own; its functions are declared here as
 * its public interface describes them, and looked up when it is loaded.
 */
#include "pdf.h"
#include "driver.h"
#include "fork.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

/* FPDF_GetLastError() */
enum { PDF_PASSWORD = 4, PDF_SECURITY = 5 };

static struct {
    void (*init)(void);
    void *(*load)(const void *data, size_t size, const char *password);
    void (*close)(void *document);
    unsigned long (*last_error)(void);
    int (*page_count)(void *document);
    unsigned long (*information)(void *document, const char *tag, void *utf16, unsigned long size);
    void *(*load_page)(void *document, int index);
    void (*close_page)(void *page);
    void *(*load_text)(void *page);
    void (*close_text)(void *text);
    int (*count_characters)(void *text);
    int (*get_text)(void *text, int start, int count, unsigned short *utf16);
} pdfium;

static const struct {
    const char *name;
    void *slot;
} symbols[] = {
    {"FPDF_InitLibrary", &pdfium.init},
    {"FPDF_LoadMemDocument64", &pdfium.load},
    {"FPDF_CloseDocument", &pdfium.close},
    {"FPDF_GetLastError", &pdfium.last_error},
    {"FPDF_GetPageCount", &pdfium.page_count},
    {"FPDF_GetMetaText", &pdfium.information},
    {"FPDF_LoadPage", &pdfium.load_page},
    {"FPDF_ClosePage", &pdfium.close_page},
    {"FPDFText_LoadPage", &pdfium.load_text},
    {"FPDFText_ClosePage", &pdfium.close_text},
    {"FPDFText_CountChars", &pdfium.count_characters},
    {"FPDFText_GetText", &pdfium.get_text},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* pdfium is not safe for threads */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static bool is_loaded;                                   /* guarded by the lock */

struct kl_pdf {
    void *document;
    size_t page_count;
};

/* ---- loading pdfium ---------------------------------------------------------------------------- */

static void *open_library(void)
{
    char path[PATH_MAX];
    Dl_info own;
    const char *slash = dladdr(&lock, &own) && own.dli_fname ? strrchr(own.dli_fname, '/') : NULL;
    if (slash) {
        snprintf(path, sizeof path, "%.*s/libpdfium.so", (int)(slash - own.dli_fname), own.dli_fname);
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library)
            return library;
    }
    return dlopen("libpdfium.so", RTLD_NOW | RTLD_LOCAL);
}

/* Once; the library stays for the life of the process. */
static kl_status load_library(kl_error *error)
{
    if (is_loaded)
        return KL_OK;
    void *library = open_library();
    if (!library)
        return kl_error_set(error, KL_UNAVAILABLE,
                            "the 'pdf' driver needs libpdfium.so (%s); put it beside the driver, "
                            "as the Python package pypdfium2 carries it", dlerror());
    for (size_t i = 0; i < KL_COUNT(symbols); i++) {
        void *found = dlsym(library, symbols[i].name);
        if (!found) {
            dlclose(library);
            return kl_error_set(error, KL_UNAVAILABLE, "libpdfium.so is too old: no %s",
                                symbols[i].name);
        }
        memcpy(symbols[i].slot, &found, sizeof found);
    }
    pdfium.init();
    is_loaded = true;
    return KL_OK;
}

/* ---- text -------------------------------------------------------------------------------------- */

/* One code point as UTF-8. */
static void add_code(kl_buffer *to, uint32_t code)
{
    static const unsigned char heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    char bytes[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(heads[len] | code);
    kl_buffer_add(to, (kl_text){bytes, len});
}

/* UTF-16 as UTF-8, with LF for CRLF; the marks pdfium puts for a hyphen at the end of a line
 * (U+0002, U+FFFE) become one. */
static kl_status add_utf16(kl_buffer *to, const unsigned short *units, size_t count, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t code = units[i];
        bool is_pair = code >= 0xD800 && code < 0xDC00 && i + 1 < count && units[i + 1] >= 0xDC00 &&
                       units[i + 1] < 0xE000;
        if (is_pair)
            code = 0x10000 + ((code - 0xD800) << 10) + (units[++i] - 0xDC00u);
        else if (code >= 0xD800 && code < 0xE000)
            code = 0xFFFD;
        else if (code == 2 || code == 0xFFFE)
            code = '-';
        if (code == 0 || (code == '\r' && i + 1 < count && units[i + 1] == '\n'))
            continue;
        add_code(to, code == '\r' ? '\n' : code);
    }
    return to->status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
}

static kl_status add_page(kl_buffer *to, void *text, kl_error *error)
{
    int count = pdfium.count_characters(text);
    if (count <= 0)
        return KL_OK;
    /* A character beyond U+FFFF takes two units. */
    unsigned short *units = kl_alloc_zero(2 * (size_t)count + 2, sizeof *units);
    if (!units)
        return kl_error_no_memory(error);
    int got = pdfium.get_text(text, 0, count, units);
    size_t len = got > 0 ? (size_t)KL_MIN(got - 1, 2 * count) : 0;
    kl_status status = add_utf16(to, units, len, error);
    kl_free(units);
    return status;
}

static kl_status read_page(kl_buffer *to, kl_pdf *pdf, size_t index, kl_error *error)
{
    void *page = pdfium.load_page(pdf->document, (int)index);
    void *text = page ? pdfium.load_text(page) : NULL;
    kl_status status = text ? add_page(to, text, error)
                            : kl_error_set(error, KL_SYNTAX, "page %zu is damaged", index + 1);
    if (text)
        pdfium.close_text(text);
    if (page)
        pdfium.close_page(page);
    return status;
}

static kl_status pdf_page_text(kl_buffer *to, kl_pdf *pdf, size_t index, kl_error *error)
{
    pthread_mutex_lock(&lock);
    kl_status status = read_page(to, pdf, index, error);
    pthread_mutex_unlock(&lock);
    return status;
}

static kl_status read_information(kl_buffer *to, kl_pdf *pdf, const char *name, kl_error *error)
{
    unsigned long size = pdfium.information(pdf->document, name, NULL, 0);
    if (size <= 2) /* no more than the zero at its end */
        return KL_OK;
    unsigned short *units = kl_alloc_zero(size / 2 + 1, sizeof *units);
    if (!units)
        return kl_error_no_memory(error);
    pdfium.information(pdf->document, name, units, size);
    kl_status status = add_utf16(to, units, size / 2, error);
    kl_free(units);
    return status;
}

static kl_status pdf_information(kl_buffer *to, kl_pdf *pdf, const char *name, kl_error *error)
{
    pthread_mutex_lock(&lock);
    kl_status status = read_information(to, pdf, name, error);
    pthread_mutex_unlock(&lock);
    return status;
}

/* ---- documents --------------------------------------------------------------------------------- */

static kl_status explain(unsigned long code, const char *password, kl_error *error)
{
    if (code == PDF_PASSWORD)
        return kl_error_set(error, KL_DENIED, *password ? "the password is wrong"
                                                        : "it needs a password");
    if (code == PDF_SECURITY)
        return kl_error_set(error, KL_SYNTAX, "its kind of protection is not known");
    return kl_error_set(error, KL_SYNTAX, "the file is no PDF, or is damaged");
}

static kl_status load_document(kl_pdf *pdf, kl_text data, const char *password, kl_error *error)
{
    KL_TRY(load_library(error));
    pdf->document = pdfium.load(data.data, data.len, *password ? password : NULL);
    if (!pdf->document)
        return explain(pdfium.last_error(), password, error);
    int count = pdfium.page_count(pdf->document);
    pdf->page_count = count > 0 ? (size_t)count : 0;
    return KL_OK;
}

static void pdf_close(kl_pdf *pdf)
{
    if (!pdf)
        return;
    pthread_mutex_lock(&lock);
    if (pdf->document)
        pdfium.close(pdf->document);
    pthread_mutex_unlock(&lock);
    kl_free(pdf);
}

static kl_status pdf_open(kl_pdf **out, kl_text data, const char *password, kl_error *error)
{
    kl_pdf *pdf = kl_alloc_zero(1, sizeof *pdf);
    if (!pdf)
        return kl_error_no_memory(error);
    pthread_mutex_lock(&lock);
    kl_status status = load_document(pdf, data, password, error);
    pthread_mutex_unlock(&lock);
    if (status != KL_OK) {
        pdf_close(pdf);
        return status;
    }
    *out = pdf;
    return KL_OK;
}

static size_t pdf_page_count(const kl_pdf *pdf) { return pdf->page_count; }

static const kl_pdf_functions functions = {pdf_open, pdf_page_count, pdf_page_text, pdf_information,
                                           pdf_close};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "pdf", .functions = &functions,
};
