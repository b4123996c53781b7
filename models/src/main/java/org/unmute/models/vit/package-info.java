/**
 * Building blocks of vision transformers, for adding encoders: patch embedding, transformer blocks ({@link
 * org.unmute.models.vit.TransformerBlock}), attention, and the {@link org.unmute.models.vit.Trunk}, which runs blocks
 * one after another and passes every intermediate tensor to a {@link org.unmute.models.vit.Trace} by name.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.vit;

import org.jspecify.annotations.NullMarked;
