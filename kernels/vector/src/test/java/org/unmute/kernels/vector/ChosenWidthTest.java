package org.unmute.kernels.vector;

import org.unmute.kernels.contract.golden.ChosenWidthContract;

/** Checks that the tests of this module run with the vector width and threads set by the system properties. */
class ChosenWidthTest extends ChosenWidthContract {}
