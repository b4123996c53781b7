package org.unmute.kernels.contract.fault;

/** The unforced changes that remain on the device after a loss of power. */
public enum Survival {
    /** None: names and bytes are those of the last force. */
    NOTHING,
    /** Every name, but no bytes: files that were not forced are empty or short, as with delayed allocation. */
    NAMES,
    /** Every name and length, but no bytes: unforced bytes read as zeros. */
    ZEROS,
    /** Some names, in order, and some sectors of the bytes, in any order. */
    SOME,
    /** All changes, as after a kill. */
    EVERYTHING
}
