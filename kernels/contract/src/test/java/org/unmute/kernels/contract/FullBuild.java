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
 * Marks a test that runs only in {@code mvn verify -Pfull}, since it starts processes, compiles or takes long.
 * Otherwise it is skipped with the reason; {@code -Dunmute.full=true} runs a single one.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("full")
@ExtendWith(FullBuild.Condition.class)
public @interface FullBuild {
    /** The reason to keep the test out of the quick build, such as {@code "starts a browser"}. */
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
