/**
 * The tensors of a file under the names that a model uses. {@link org.unmute.models.checkpoint.Checkpoint} is the file,
 * {@link org.unmute.models.checkpoint.KeyMap} maps its tensor names to those of the model, and {@link
 * org.unmute.models.checkpoint.CheckpointWeights} checks the tensors and passes them to the model.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.checkpoint;

import org.jspecify.annotations.NullMarked;
