package org.unmute.probes.cache.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The files of one token cache, read in ranges. Opening a cache reads each table of contents once and no record;
 * reading a clip is one range. Any number of threads may call it at once.
 */
public interface ShardFiles extends AutoCloseable {
    /** The folder, for messages. */
    String place();

    /**
     * Names of the files in the folder, in any order; other files than those of a cache may be among them.
     *
     * @return empty if there is no such folder
     * @throws IOException if it cannot be listed
     */
    List<String> list() throws IOException;

    /**
     * Size of a file in bytes. It is the same on every call, also if the file grows in the meantime.
     *
     * @param name one that {@link #list} gave, or that the manifest names
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws IOException if that cannot be told
     */
    long size(String name) throws IOException;

    /**
     * Reads a range of a file.
     *
     * @param offset the first byte, from 0
     * @param length number of bytes; the range ends within the file
     * @return all of them; not to be written to
     * @throws IOException naming the file, if they cannot be read
     */
    MemorySegment read(String name, long offset, long length) throws IOException;

    /** Closes what is open. No thread may be reading, and nothing that was read may be used any more. */
    @Override
    void close();
}
