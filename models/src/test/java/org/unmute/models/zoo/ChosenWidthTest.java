package org.unmute.models.zoo;

import org.unmute.kernels.contract.golden.ChosenWidthContract;

/** Checks that this module's tests run with the vector width and threads chosen by system properties. */
class ChosenWidthTest extends ChosenWidthContract {}
