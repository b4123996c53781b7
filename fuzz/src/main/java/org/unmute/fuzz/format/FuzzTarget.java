package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A reader of bytes that anybody may have written, as the fuzzer and the tests call it.
 *
 * @param name     lower-case words with hyphens, unique
 * @param fileName the name that the bytes get as a file; a refusal must mention it or its folder
 * @param onDisk   whether the readers open the file; if not, they read the bytes in memory
 * @param repair   makes checksums in the bytes right again, so that a change reaches what lies behind them; returns its
 *                 argument, changed or not
 * @param seeds    valid files to begin with
 * @param readers  what reads the file, each from the beginning; at least one must accept each seed
 */
public record FuzzTarget(
        String name, String fileName, boolean onDisk, UnaryOperator<byte[]> repair, Seeds seeds, List<Reader> readers) {
    public FuzzTarget {
        readers = List.copyOf(readers);
    }

    /**
     * The bytes to read.
     *
     * @param bytes not to be modified
     * @param file  where they are; for a reader in memory only a name
     */
    public record Input(byte[] bytes, Path file) {}

    /** Reads an input to its end. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads everything that the format can hold.
         *
         * @throws IOException to refuse the input; {@link org.unmute.files.InputException} does so, too
         */
        void read(Input input) throws IOException;
    }

    /** Gives valid files. */
    @FunctionalInterface
    public interface Seeds {
        /** The contents of the files; at least one. */
        List<byte[]> contents(SeedFiles files) throws IOException;
    }

    static FuzzTarget onDisk(String name, String fileName, Seeds seeds, Reader... readers) {
        return new FuzzTarget(name, fileName, true, UnaryOperator.identity(), seeds, List.of(readers));
    }

    static FuzzTarget inMemory(String name, String fileName, Seeds seeds, Reader reader) {
        return new FuzzTarget(name, fileName, false, UnaryOperator.identity(), seeds, List.of(reader));
    }

    FuzzTarget repairedBy(UnaryOperator<byte[]> by) {
        return new FuzzTarget(name, fileName, onDisk, by, seeds, readers);
    }
}
