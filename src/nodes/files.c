/* src/nodes/files.c - see files.h. */
#include "files.h"

kl_status kl_file_node_failure(kl_status status, kl_error *error)
{
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_LIMIT || status == KL_CANCELLED ||
        status == KL_TIMEOUT || status == KL_INTERRUPTED)
        return status;
    kl_node_form(error);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

kl_status kl_file_node_bad(kl_status status, const char *name, kl_error *error)
{
    if (status == KL_OK || status == KL_NO_MEMORY)
        return status;
    kl_node_form_bad(error, name);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

kl_text kl_path_extension(kl_text path)
{
    for (size_t i = path.len; i > 0 && path.data[i - 1] != '/'; i--)
        if (path.data[i - 1] == '.')
            return i < 2 || path.data[i - 2] == '/' ? KL_TEXT("")
                                                    : (kl_text){path.data + i, path.len - i};
    return KL_TEXT("");
}
