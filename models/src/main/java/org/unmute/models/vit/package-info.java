/**
 * The parts of vision transformers, for those who add an encoder: patch embedding, blocks ({@link
 * org.unmute.models.vit.TransformerBlock}), attention, and the {@link org.unmute.models.vit.Trunk} that runs blocks one
 * after another and passes every intermediate tensor to a {@link org.unmute.models.vit.Trace} by name.
 */
package org.unmute.models.vit;
