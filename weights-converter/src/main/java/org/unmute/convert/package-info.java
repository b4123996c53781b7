/**
 * Converts a checkpoint that holds an audio encoder into a safetensors file of that encoder alone: {@link
 * org.unmute.convert.Conversion} reads and writes, {@link org.unmute.convert.ConversionReport} tells what became of
 * each tensor. Which tensors are the encoder's, and how they are named, say the key maps of {@code org.unmute.models}.
 */
package org.unmute.convert;
