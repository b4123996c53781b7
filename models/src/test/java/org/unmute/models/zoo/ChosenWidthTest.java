package org.unmute.models.zoo;

import org.unmute.kernels.contract.golden.ChosenWidthContract;

/** This module's tests run on the vectors and threads that the system properties ask for. */
class ChosenWidthTest extends ChosenWidthContract {}
