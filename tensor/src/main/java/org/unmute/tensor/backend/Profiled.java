package org.unmute.tensor.backend;

/** A backend that counts its kernel launches and copies. */
public interface Profiled {
    /** The counts so far. */
    WorkProfile profile();
}
