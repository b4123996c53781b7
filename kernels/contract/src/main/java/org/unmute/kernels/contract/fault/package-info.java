/** A file system that fails where a test says, and a disk that loses what was not forced. */
package org.unmute.kernels.contract.fault;
