package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A reader of untrusted bytes, as called by the fuzzer and the tests.
 *
 * @param name lower-case words with hyphens, unique
 * @param fileName file name of the input; a refusal must mention it or its folder
 * @param onDisk whether the readers open a file; if not, they read bytes in memory
 * @param repair corrects the checksums in an input, so that modifications reach the code behind them; returns its
 *     argument, modified or not
 * @param seeds valid files to start with
 * @param readers readers of the file, each from the beginning; at least one must accept each seed
 */
public record FuzzTarget(
        String name, String fileName, boolean onDisk, UnaryOperator<byte[]> repair, Seeds seeds, List<Reader> readers) {
    public FuzzTarget {
        readers = List.copyOf(readers);
    }

    /**
     * The input of a reader.
     *
     * @param bytes not to be modified
     * @param file path of the input; only a name for a reader in memory
     */
    public record Input(byte[] bytes, Path file) {}

    /** Reads an input to its end. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads everything that the format can contain.
         *
         * @throws IOException to refuse the input; {@link org.unmute.files.InputException} also refuses it
         */
        void read(Input input) throws IOException;
    }

    /** Provides valid files. */
    @FunctionalInterface
    public interface Seeds {
        /** The contents of the files, at least one. */
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
