/**
 * Converts a checkpoint with an audio encoder to a safetensors file that contains only that encoder. {@link
 * org.unmute.convert.Conversion} reads and writes, and {@link org.unmute.convert.ConversionReport} describes what is
 * done with each tensor. The key maps of {@code org.unmute.models} define which tensors belong to the encoder and how
 * they are named.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.convert;

import org.jspecify.annotations.NullMarked;
