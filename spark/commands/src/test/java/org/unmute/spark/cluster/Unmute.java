package org.unmute.spark.cluster;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import org.unmute.cli.Main;

/** The command line, within this JVM, which has to compile its kernels only once. */
public final class Unmute {
    private Unmute() {}

    /** Runs a command, which must succeed, and returns its output, including errors. */
    public static synchronized String run(Object... arguments) {
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        StringWriter out = new StringWriter();
        PrintWriter print = new PrintWriter(out, true);
        int status = Main.run(print, print, words);
        print.flush();
        if (status != 0) {
            throw new AssertionError("unmute " + String.join(" ", words) + " ended with status " + status + "\n" + out);
        }
        return out.toString();
    }
}
