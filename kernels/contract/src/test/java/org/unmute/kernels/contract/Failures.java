package org.unmute.kernels.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What must fail, and with which words. */
public final class Failures {
    private Failures() {}

    /** Asserts that a call throws an exception of a type, whose message contains all parts. */
    public static void assertFails(Class<? extends Throwable> type, ThrowingCallable call, CharSequence... parts) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(parts);
    }

    /** Asserts that a call throws an exception whose message contains all parts. */
    public static void assertFails(ThrowingCallable call, CharSequence... parts) {
        assertThatThrownBy(call).hasMessageContainingAll(parts);
    }
}
