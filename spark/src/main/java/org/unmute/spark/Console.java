package org.unmute.spark;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.unmute.files.PlainText;

/**
 * Standard output and standard error for applications: results go to the former, remarks and errors to the latter.
 * Everything printed, including file names and messages of other programs, is converted to {@link PlainText}.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private boolean quiet;

    /** The standard streams of this process, in UTF-8. */
    public static Console ofProcess() {
        return new Console(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8));
    }

    /**
     * @param out receives results
     * @param err receives remarks and errors
     */
    public Console(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Suppresses remarks from now on; errors are still shown. */
    void quiet() {
        quiet = true;
    }

    /** Prints a line of the result. */
    public void print(String line) {
        out.println(PlainText.of(line));
        out.flush();
    }

    /** Prints a document that may contain line breaks. */
    void printDocument(String text) {
        out.println(PlainText.withLineBreaks(text));
        out.flush();
    }

    /** Prints a remark, unless remarks are suppressed. */
    public void tell(String line) {
        if (!quiet) {
            error(line);
        }
    }

    /** Prints an error. Further lines, such as those of a Spark exception, are indented. */
    void error(String text) {
        boolean first = true;
        for (String line : PlainText.lines(text).toList()) {
            err.println((first ? "" : "  ") + line);
            first = false;
        }
        err.flush();
    }

    /** Prints an exception with its stack trace. */
    void error(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        PlainText.lines(trace.toString().replace("\t", "    ")).forEach(err::println);
        err.flush();
    }

    /** A writer for picocli, which prints only this program's own texts. */
    PrintWriter results() {
        return new PrintWriter(out, true);
    }
}
