package org.unmute.kernels.contract;

import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import java.lang.reflect.Method;
import java.util.Locale;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs only the tests of one op if the system property {@value #PROPERTY} is set; {@code check-op} sets it. A test
 * belongs to an op if its name contains that of the op, in any spelling: {@code softmaxBackward} and {@code SOFTMAX}
 * belong to {@code softmax}.
 */
public final class OpFilter implements ExecutionCondition {
    /** The name of the op, such as {@code softmax} or {@code log_sigmoid}; empty or absent selects all. */
    public static final String PROPERTY = "unmute.op";

    private static final String OTHER_OP = "not a test of ";

    /** For JUnit. */
    public OpFilter() {}

    /** Whether this reason for skipping a test means that it belongs to another op than the selected one. */
    public static boolean isOfAnotherOp(String reason) {
        return reason.startsWith(OTHER_OP);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static String op() {
        return plain(System.getProperty(PROPERTY, ""));
    }

    /** Whether a test or case with this name should run. */
    public static boolean selects(String name) {
        return plain(name).contains(op());
    }

    /** Whether the test of a function should run; all run if no op is selected. */
    static boolean selectsFunction(String name) {
        return op().isEmpty() || op().equals(plain(name));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Method method = context.getTestMethod().orElse(null);
        return method == null || selects(method.getName()) || isAnnotated(method, Contract.EachFunction.class)
                ? ConditionEvaluationResult.enabled("")
                : ConditionEvaluationResult.disabled(OTHER_OP + op());
    }
}
