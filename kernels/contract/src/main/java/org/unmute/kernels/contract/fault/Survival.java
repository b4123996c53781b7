package org.unmute.kernels.contract.fault;

/** What of the changes that were not forced a loss of power leaves on the device. */
public enum Survival {
    /** None: names and bytes are those of the last force. */
    NOTHING,
    /** Every name, but no bytes: files that were not forced are empty or short, as with delayed allocation. */
    NAMES,
    /** Every name and length, but no bytes: what was not forced reads as zeros. */
    ZEROS,
    /** Some names in their order, and some sectors of the bytes in any order. */
    SOME,
    /** All of it, as after a kill. */
    EVERYTHING
}
