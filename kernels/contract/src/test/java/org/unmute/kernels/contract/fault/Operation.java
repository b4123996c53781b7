package org.unmute.kernels.contract.fault;

/** A request to a file system. */
public enum Operation {
    /** Opens an existing file for reading. */
    OPEN,
    /** Opens a file for writing, which may create it. */
    CREATE,
    READ,
    WRITE,
    TRUNCATE,
    /** Waits until written bytes, or the names in a folder, are on the device. */
    FORCE,
    RENAME,
    DELETE,
    /** Creates a folder. */
    FOLDER,
    LIST,
    MAP,
    LOCK,
    /** Asks for attributes, or whether a file exists. */
    STAT;

    /** Whether it changes data on the device. */
    public boolean changes() {
        return switch (this) {
            case CREATE, WRITE, TRUNCATE, FORCE, RENAME, DELETE, FOLDER -> true;
            case OPEN, READ, LIST, MAP, LOCK, STAT -> false;
        };
    }
}
