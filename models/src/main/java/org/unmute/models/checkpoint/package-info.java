/**
 * The tensors of a file under the names a model knows them by: {@link org.unmute.models.checkpoint.Checkpoint} is the
 * file, {@link org.unmute.models.checkpoint.KeyMap} says which of its tensors are whose, and {@link
 * org.unmute.models.checkpoint.CheckpointWeights} hands them to a model, checked.
 */
package org.unmute.models.checkpoint;
