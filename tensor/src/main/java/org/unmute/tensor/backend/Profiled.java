package org.unmute.tensor.backend;

/** A backend that counts what it launches and copies. */
public interface Profiled {
    /** Launches and copies so far. */
    WorkProfile profile();
}
