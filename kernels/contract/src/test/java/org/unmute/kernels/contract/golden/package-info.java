/** Reference numbers of the original code, real recordings and weights for tests, and the backend that a run tests. */
package org.unmute.kernels.contract.golden;
