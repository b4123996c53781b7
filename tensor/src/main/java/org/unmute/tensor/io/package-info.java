/**
 * Tensor files: safetensors (read memory-mapped, written atomically) and NumPy's npy; and recognition of
 * other kinds of files. Files are not trusted: whatever violates the format or a
 * {@link org.unmute.tensor.io.LoadLimits limit} is rejected with a
 * {@link org.unmute.files.MalformedFileException} before anything is allocated from its sizes.
 */
package org.unmute.tensor.io;
