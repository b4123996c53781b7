package org.unmute.cli.console;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Locale;
import org.unmute.files.PlainText;

/**
 * Standard output or standard error as commands see it. Everything printed, including names of files and classes and
 * messages of other programs, becomes {@link PlainText}: {@code println} prints exactly one line, and the arguments of
 * {@code printf} cannot break a line; {@code print} keeps line breaks. All commands write through this class, so no
 * other code has to sanitize text.
 *
 * <p>Lines are written atomically, even if several threads print, and flushed.
 */
public final class PlainWriter extends PrintWriter {
    private PlainWriter(Writer out) {
        super(out);
    }

    /** A writer that prints plain text to {@code out}; returns {@code out} if it is one already. */
    public static PlainWriter to(Writer out) {
        return out instanceof PlainWriter plain ? plain : new PlainWriter(out);
    }

    @Override
    public void println(String line) {
        raw(PlainText.of(String.valueOf(line)) + System.lineSeparator());
        flush();
    }

    @Override
    public void println(Object line) {
        println(String.valueOf(line));
    }

    @Override
    public void println(char[] line) {
        println(String.valueOf(line));
    }

    @Override
    public void println() {
        println("");
    }

    @Override
    public PrintWriter format(Locale locale, String format, Object... arguments) {
        Object[] plain = new Object[arguments.length];
        for (int i = 0; i < plain.length; i++) {
            Object given = arguments[i];
            boolean text = given != null && !(given instanceof Number || given instanceof Character);
            plain[i] = text ? PlainText.of(given.toString()) : given;
        }
        print(String.format(locale, format, plain));
        return this;
    }

    @Override
    public PrintWriter format(String format, Object... arguments) {
        return format(Locale.getDefault(Locale.Category.FORMAT), format, arguments);
    }

    @Override
    public void write(int c) {
        raw(PlainText.withLineBreaks(String.valueOf((char) c)));
    }

    @Override
    public void write(char[] text, int from, int length) {
        raw(PlainText.withLineBreaks(String.valueOf(text, from, length)));
    }

    @Override
    public void write(String text, int from, int length) {
        raw(PlainText.withLineBreaks(text.substring(from, from + length)));
    }

    /** Overwrites the current line of the terminal from its beginning. */
    void overwrite(String line) {
        raw("\r" + PlainText.of(line));
    }

    /** Prints an exception with its stack trace. Lines of its message after the first are indented as well. */
    public void printStackTrace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        boolean first = true;
        for (String line : trace.toString().lines().toList()) {
            boolean begins = first || line.startsWith("\t") || line.startsWith("Caused by: ");
            println((begins ? "" : "  ") + line.replace("\t", "    "));
            first = false;
        }
    }

    private void raw(String text) {
        super.write(text, 0, text.length());
    }
}
