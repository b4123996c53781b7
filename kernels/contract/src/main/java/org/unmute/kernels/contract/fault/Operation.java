package org.unmute.kernels.contract.fault;

/** What a program asks of a file system. */
public enum Operation {
    /** Opens a file that is there, to read it. */
    OPEN,
    /** Opens a file to write to it, which may create it. */
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
    /** Asks for attributes, or whether a file is there. */
    STAT;

    /** Whether it changes what is on the device. */
    public boolean changes() {
        return switch (this) {
            case CREATE, WRITE, TRUNCATE, FORCE, RENAME, DELETE, FOLDER -> true;
            case OPEN, READ, LIST, MAP, LOCK, STAT -> false;
        };
    }
}
