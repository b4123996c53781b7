package org.unmute.benchmark.check;

import java.nio.file.Path;

/**
 * A problem in a folder.
 *
 * @param kind severity
 * @param path the file or folder affected
 * @param what the problem
 * @param remedy the remedy
 */
public record Finding(Kind kind, Path path, String what, String remedy) {
    /** Kinds of findings, the worst last. */
    public enum Kind {
        /** A temporary file of a process that was killed, or a file that was set aside. */
        LEFT_OVER("left over"),
        /** A run was interrupted or is still going on; the same command resumes where it stopped. */
        UNFINISHED("unfinished"),
        /** Bytes are missing or differ from those that were written. */
        DAMAGED("damaged");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
