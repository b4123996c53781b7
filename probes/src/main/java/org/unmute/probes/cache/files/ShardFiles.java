package org.unmute.probes.cache.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The files of one token cache, read in ranges. Opening a cache reads each table of contents once and no records;
 * reading a clip reads one range. Methods other than {@link #close} may be called from any number of threads at once.
 */
public interface ShardFiles extends AutoCloseable {
    /** The folder, for messages. */
    String place();

    /**
     * Names of the files in the folder, in any order. Files that do not belong to a cache may be among them.
     *
     * @return empty if there is no such folder
     * @throws IOException if it cannot be listed
     */
    List<String> list() throws IOException;

    /**
     * Size of a file in bytes. Every call returns the same size, even if the file has grown since.
     *
     * @param name a name that {@link #list} returned or that the manifest contains
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws IOException if the size cannot be determined
     */
    long size(String name) throws IOException;

    /**
     * Reads a range of a file.
     *
     * @param offset offset of the first byte
     * @param length number of bytes; the range ends within the file
     * @return all of these bytes; must not be written to
     * @throws IOException naming the file, if the bytes cannot be read
     */
    MemorySegment read(String name, long offset, long length) throws IOException;

    /** Releases all resources. No thread may be reading, and segments that were read must not be used afterwards. */
    @Override
    void close();
}
