package org.unmute.spark.cluster;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another class's {@code main} in a JVM that ends with its parent, no matter how the parent ends: the parent holds
 * the other end of this JVM's standard input, which the operating system closes. Uses only JDK classes, so that it runs
 * on any class path.
 */
public final class Tethered {
    private static final int STATUS_OF_A_CUT_TETHER = 143;

    private Tethered() {}

    /** @param arguments the class, followed by its arguments */
    public static void main(String[] arguments) throws Throwable {
        Thread watch = new Thread(Tethered::watch, "tether");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void watch() {
        try {
            while (System.in.read() >= 0) {
                // Input has no meaning.
            }
        } catch (IOException e) {
            // The other end is gone, too.
        }
        Runtime.getRuntime().halt(STATUS_OF_A_CUT_TETHER);
    }
}
