/**
 * Tensor files: safetensors (read memory-mapped, written atomically) and NumPy's npy. Files are not trusted: a file
 * that violates its format or a {@link org.unmute.tensor.io.LoadLimits limit} is rejected with a {@link
 * org.unmute.files.MalformedFileException} before any memory is allocated based on the sizes that it states.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.io;

import org.jspecify.annotations.NullMarked;
