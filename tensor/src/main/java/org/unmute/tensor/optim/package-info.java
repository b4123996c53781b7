/** The optimizers AdamW, Adam and SGD, with parameter groups, schedules, gradient clipping and batches of rows. */
package org.unmute.tensor.optim;
