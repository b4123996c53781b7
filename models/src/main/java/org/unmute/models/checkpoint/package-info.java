/**
 * The tensors of a file under the names of a model: {@link org.unmute.models.checkpoint.Checkpoint} is the
 * file, {@link org.unmute.models.checkpoint.KeyMap} says which of its tensors are whose, and {@link
 * org.unmute.models.checkpoint.CheckpointWeights} checks them and gives them to a model.
 */
package org.unmute.models.checkpoint;
