/**
 * Kernels that treat each element independently: functions, the AdamW step, data movement, and the float64 fallback.
 */
package org.unmute.kernels.vector.elementwise;
