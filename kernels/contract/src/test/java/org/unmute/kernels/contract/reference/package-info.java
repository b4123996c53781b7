/** What the contract compares results with. */
package org.unmute.kernels.contract.reference;
