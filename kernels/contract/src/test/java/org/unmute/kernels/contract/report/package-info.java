/** Records which tests ran, for {@code check-op}. */
package org.unmute.kernels.contract.report;
