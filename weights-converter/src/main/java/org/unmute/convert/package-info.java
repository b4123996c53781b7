/**
 * Renames the tensors of a checkpoint. A {@link org.unmute.convert.KeyMap} says what each name becomes and what must be
 * there in the end, a {@link org.unmute.convert.Report} what happened to each tensor, and
 * {@link org.unmute.convert.Conversion} writes the new file.
 */
package org.unmute.convert;
