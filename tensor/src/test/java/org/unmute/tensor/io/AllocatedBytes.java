package org.unmute.tensor.io;

import java.lang.reflect.Method;

/** Measures what the current thread allocates. By reflection, since the module under test does not read JMX. */
public final class AllocatedBytes {
    private static final Object BEAN;
    private static final Method COUNT;

    static {
        try {
            BEAN = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            COUNT = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private AllocatedBytes() {}

    /** Bytes the current thread has allocated since it started. */
    public static long now() {
        try {
            long bytes = (Long) COUNT.invoke(BEAN);
            if (bytes < 0) {
                throw new IllegalStateException("this JVM does not count allocated bytes");
            }
            return bytes;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
