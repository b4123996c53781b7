/** The test suite that every backend must pass. */
module org.unmute.kernels.contract {
    requires transitive org.unmute.tensor;
    requires transitive org.junit.jupiter.api;
    requires com.fasterxml.jackson.databind;

    exports org.unmute.kernels.contract;
    exports org.unmute.kernels.contract.golden;
}
