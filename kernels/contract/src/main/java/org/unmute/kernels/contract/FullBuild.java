package org.unmute.kernels.contract;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that only {@code mvn verify -Pfull} runs, since it starts processes, compiles or takes long. Elsewhere it is
 * skipped and says why; {@code -Dunmute.full=true} runs it alone.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("full")
@ExtendWith(FullBuild.Condition.class)
public @interface FullBuild {
    /** What keeps the test out of the quick build, such as {@code "starts a browser"}. */
    String value();

    /** Reads the system property {@code unmute.full}. */
    final class Condition implements ExecutionCondition {
        /** For JUnit. */
        public Condition() {}

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Boolean.getBoolean("unmute.full")) {
                return ConditionEvaluationResult.enabled("full build");
            }
            String reason = findAnnotation(context.getElement(), FullBuild.class)
                    .map(full -> "skipped: " + full.value() + ": mvn verify -Pfull runs it")
                    .orElse("skipped");
            System.out.println(context.getRequiredTestClass().getSimpleName()
                    + context.getTestMethod().map(m -> "." + m.getName()).orElse("") + " " + reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
