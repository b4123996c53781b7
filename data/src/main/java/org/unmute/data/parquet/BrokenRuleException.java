package org.unmute.data.parquet;

/** What is wrong with a file; {@link ParquetTable} adds which file and where. */
final class BrokenRuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String rule;

    BrokenRuleException(String rule, String detail) {
        super(detail, null, false, false);
        this.rule = rule;
    }

    /** Name of the rule that the file breaks. */
    String rule() {
        return rule;
    }
}
