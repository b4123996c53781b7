package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.cli.console.ExitCode;
import org.unmute.files.PlainText;

/**
 * The result of a command that ran in this process.
 *
 * @param status its exit status
 * @param out its standard output
 * @param err its standard error
 */
public record Ran(int status, String out, String err) {
    /** Extends arguments for {@link #unmute}. */
    static Object[] with(Object[] args, Object... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
    }

    /** Splits a command line at blanks. Each {@code {}} stands for the next value; values that are left come last. */
    public static Object[] line(String line, Object... values) {
        List<Object> words = new ArrayList<>();
        Iterator<Object> next = List.of(values).iterator();
        for (String word : line.split(" ", -1)) {
            words.add(word.equals("{}") ? next.next() : word);
        }
        next.forEachRemaining(words::add);
        return words.toArray();
    }

    /**
     * Runs {@code unmute}; the first argument is a {@link #line}, and all are converted to strings. Fails if the output
     * of any command contains terminal control characters.
     */
    public static Ran unmute(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Object[] words = args.length == 0 ? args : line(args[0].toString(), Arrays.copyOfRange(args, 1, args.length));
        int status = Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                Arrays.stream(words).map(Object::toString).toArray(String[]::new));
        return new Ran(status, plain(out.toString()), plain(err.toString()));
    }

    /** Runs a command that must succeed. */
    public static Ran ok(Object... args) {
        return unmute(args).endsWith(ExitCode.OK);
    }

    /** The messages of a command that must end with this status. */
    public static String error(int status, Object... args) {
        return unmute(args).endsWith(status).err();
    }

    private static String plain(String printed) {
        if (!PlainText.withLineBreaks(printed).equals(printed)) {
            throw new AssertionError(
                    "characters that act on a terminal were printed:\n" + PlainText.withLineBreaks(printed));
        }
        return printed;
    }

    /** Asserts the exit status and returns this run. */
    public Ran endsWith(int expected) {
        if (status != expected) {
            throw new AssertionError("exit status " + status + ", expected " + expected + "\n" + this);
        }
        return this;
    }

    /** Asserts that this run succeeded and printed all words. */
    public void prints(CharSequence... words) {
        assertThat(endsWith(ExitCode.OK).out).contains(words);
    }

    /** Asserts the exit status, and that all words are among the messages. */
    public void fails(int expected, CharSequence... words) {
        assertThat(endsWith(expected).err).contains(words);
    }

    /** The output, parsed as JSON. */
    public JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + out, e);
        }
    }

    @Override
    public String toString() {
        return "exit status " + status + "\n--- out\n" + out + "--- err\n" + err;
    }
}
