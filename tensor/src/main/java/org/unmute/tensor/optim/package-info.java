/**
 * The optimizers AdamW, Adam and SGD, with parameter groups, schedules, gradient clipping and batches of rows.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.optim;

import org.jspecify.annotations.NullMarked;
