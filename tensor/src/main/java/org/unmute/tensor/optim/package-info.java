/** The optimizers AdamW and SGD, with parameter groups, learning-rate schedules and gradient clipping. */
package org.unmute.tensor.optim;
