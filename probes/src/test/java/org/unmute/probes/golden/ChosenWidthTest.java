package org.unmute.probes.golden;

import org.unmute.kernels.contract.golden.ChosenWidthContract;

/**
 * Checks that this module's tests use the vector width and the number of threads that the system properties request.
 */
class ChosenWidthTest extends ChosenWidthContract {}
